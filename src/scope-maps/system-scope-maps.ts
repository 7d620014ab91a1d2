/** The scope maps that every registry has and that nobody can change. */
export const SYSTEM_SCOPE_MAPS: readonly {
  readonly name: string;
  readonly description: string;
  readonly actions: readonly string[];
}[] = [
  { name: '_repositories_pull', description: 'Can pull any repository of the registry', actions: any('content/read') },
  {
    name: '_repositories_pull_metadata_read',
    description: 'Can pull any repository of the registry and read its metadata',
    actions: any('content/read', 'metadata/read'),
  },
  {
    name: '_repositories_push',
    description: 'Can push to any repository of the registry',
    actions: any('content/read', 'content/write'),
  },
  {
    name: '_repositories_push_metadata_write',
    description: 'Can push to any repository of the registry and write its metadata',
    actions: any('content/read', 'content/write', 'metadata/read', 'metadata/write'),
  },
  {
    name: '_repositories_admin',
    description: 'Can perform all read, write and delete operations on the registry',
    actions: any('metadata/read', 'metadata/write', 'content/read', 'content/write', 'content/delete'),
  },
];

function any(...rights: readonly string[]): string[] {
  return rights.map((right) => `repositories/*/${right}`);
}
