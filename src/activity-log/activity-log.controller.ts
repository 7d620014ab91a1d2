import { Controller, Get, applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { FILTER_FIELDS } from './activity-filter.js';
import { ACTIVITY_LOG_VERSIONS, ActivityLog } from './activity-log.js';
import { EventDataCollection } from './event-data.wire.js';

function Described(): MethodDecorator {
  const text = { type: 'string' as const };
  return applyDecorators(
    ApiOperation({ operationId: 'ActivityLogs_List' }),
    ApiQuery({
      name: 'api-version',
      required: true,
      schema: { ...text, enum: [...ACTIVITY_LOG_VERSIONS.keys()] },
      description: 'The version of the API.',
    }),
    ApiQuery({
      name: '$filter',
      required: false,
      schema: text,
      description: `\`eventTimestamp ge '…' and eventTimestamp le '…' and field eq '…'\`: ${FILTER_FIELDS.slice(1).join(', ')}.`,
    }),
    ApiQuery({
      name: '$select',
      required: false,
      schema: text,
      description: 'Members of the events that are wanted, with commas between them.',
    }),
    ApiQuery({
      name: '$top',
      required: false,
      schema: { type: 'integer', minimum: 1 },
      description: 'The most items on a page.',
    }),
    ApiQuery({ name: '$skipToken', required: false, schema: text, description: 'From `nextLink`.' }),
    ApiResponse({ status: 200, description: 'One page.', type: EventDataCollection }),
    ApiResponse({
      status: 'default',
      description: 'What went wrong.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}

/** What was asked to be changed in a subscription. */
@ApiTags('Activity log')
@Controller('subscriptions/:subscriptionId/providers/Microsoft.Insights/eventtypes/management/values')
export class ActivityLogController {
  constructor(private readonly log: ActivityLog) {}

  /** What was asked to be changed in a subscription, by whom, and what came of it; the newest first. */
  @Get()
  @Needs('Microsoft.Insights/eventtypes/values/read')
  @Described()
  list(@Arm() request: ArmRequest): Promise<EventDataCollection> {
    return this.log.list(request);
  }
}
