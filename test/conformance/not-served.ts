/** Previews of what the service does not have: other products, that move images through storage accounts. */
export const NOT_SERVED: readonly string[] = [
  'ExportPipelines',
  'ImportPipelines',
  'PipelineRuns',
  'Archives',
  'ArchiveVersions',
];
