const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const HOST = new RegExp(String.raw`^(?<name>${LABEL}(?:\.${LABEL})*)(?::(?<port>\d{1,5}))?$`);
const MAX_NAME_LENGTH = 253;
const MAX_PORT = 65_535;

/** Whether `text` is a host with an optional port. */
export function isHost(text: string): boolean {
  const { name = '', port = '1' } = HOST.exec(text)?.groups ?? {};
  return name !== '' && name.length <= MAX_NAME_LENGTH && Number(port) >= 1 && Number(port) <= MAX_PORT;
}

/** Whether `text` names a registry to pull from. A lone word is none, as for Docker: it could be a repository. */
export function isUpstreamHost(text: string): boolean {
  return isHost(text) && (/[.:]/.test(text) || text === 'localhost');
}
