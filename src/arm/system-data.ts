import type { Caller } from './caller.js';

/** Who made a resource and who last changed what a customer can set. Columns of every record; never touched by workers. */
export interface SystemData {
  createdBy: string;
  createdByType: string;
  createdAt: Date;
  lastModifiedBy: string;
  lastModifiedByType: string;
  lastModifiedAt: Date;
}

export function createdBy({ name, type }: Caller, now: Date): SystemData {
  return {
    createdBy: name,
    createdByType: type,
    createdAt: now,
    lastModifiedBy: name,
    lastModifiedByType: type,
    lastModifiedAt: now,
  };
}

export function modifiedBy({ name, type }: Caller, now: Date): Partial<SystemData> {
  return { lastModifiedBy: name, lastModifiedByType: type, lastModifiedAt: now };
}

/** The `systemData` member of every answer. */
export function systemDataOf(record: SystemData): Record<keyof SystemData, string> {
  const createdAt = record.createdAt.toISOString();
  const isUnchanged = record.lastModifiedAt.getTime() === record.createdAt.getTime();
  return {
    createdBy: record.createdBy,
    createdByType: record.createdByType,
    createdAt,
    lastModifiedBy: record.lastModifiedBy,
    lastModifiedByType: record.lastModifiedByType,
    lastModifiedAt: isUnchanged ? createdAt : record.lastModifiedAt.toISOString(),
  };
}
