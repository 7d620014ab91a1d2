import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Move } from './move.entity.js';
import { Moves } from './moves.js';
import { MovesController } from './moves.controller.js';

/** Resources that change their group or subscription. */
@Module({ imports: [TypeOrmModule.forFeature([Move])], controllers: [MovesController], providers: [Moves] })
export class MovesModule {}
