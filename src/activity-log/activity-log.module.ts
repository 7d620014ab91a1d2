import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config.js';
import { WeeklyPartitions } from '../work/weekly-partitions.js';
import { WorkJournal } from '../work/work-journal.js';
import { ActivityEvent } from './activity-event.entity.js';
import { ActivityJournal } from './activity-journal.js';
import { ActivityLogController } from './activity-log.controller.js';
import { ActivityLog } from './activity-log.js';
import { OpenOperation } from './open-operation.entity.js';
import { RequestRecorder } from './request-recorder.js';

/** The activity log. Global, since it provides the journal that the workers keep. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([ActivityEvent, OpenOperation])],
  controllers: [ActivityLogController],
  providers: [ActivityLog, RequestRecorder, { provide: WorkJournal, useClass: ActivityJournal }],
  exports: [WorkJournal],
})
export class ActivityLogModule {
  constructor(partitions: WeeklyPartitions, { activityLogDays }: Config) {
    partitions.register({ name: 'activity_log', timeColumn: 'event_timestamp', keptDays: activityLogDays });
  }
}
