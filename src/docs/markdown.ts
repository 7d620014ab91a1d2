/** A table; cells may hold inline markup. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A block that can be pasted into a shell. */
export function shell(commands: string): string {
  return `\`\`\`sh\n${commands}\n\`\`\``;
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** First line of every file that is written whole. */
export const GENERATED = 'Written by `npm run generate`; change the source instead.';
