import { Logger, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DataPlane } from './data-plane.js';
import { ProcessDataPlane } from './process/process-data-plane.js';

@Module({
  providers: [
    {
      provide: DataPlane,
      inject: [Config],
      useFactory: ({ dataDir, zoneDir, enginePath, engineIdleSeconds }: Config) =>
        new ProcessDataPlane({ dataDir, zoneDir, enginePath, engineIdleSeconds, logger: new Logger(DataPlane.name) }),
    },
  ],
  exports: [DataPlane],
})
export class DataPlaneModule {}
