import { describe, expect, it } from 'vitest';
import { contentOf, type ToldEvent } from './event-content.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

const EVENT: ToldEvent = {
  id: 'cb8c3971-9adc-488b-8f8f-43cbb4974ff5',
  createdAt: new Date('2026-03-01T12:00:00.5Z'),
  action: 'push',
  happened: 'push',
  repository: 'team/hello',
  tag: 'v1',
  digest: DIGEST,
  mediaType: MEDIA_TYPE,
  sizeBytes: '524',
  causedBy: { id: 'req', host: 'my.azurecr.io', method: 'PUT', userAgent: 'docker/27', address: '10.1.2.3' },
};
const HEAD = '{"id":"cb8c3971-9adc-488b-8f8f-43cbb4974ff5","timestamp":"2026-03-01T12:00:00.500Z"';
const textOf = (changes: Partial<ToldEvent>) => JSON.stringify(contentOf({ ...EVENT, ...changes }));

describe('the content, letter for letter, of', () => {
  it('a push', () => {
    expect(textOf({})).toBe(
      `${HEAD},"action":"push","target":{"mediaType":"${MEDIA_TYPE}","size":524,"digest":"${DIGEST}","length":524,` +
        `"repository":"team/hello","tag":"v1"},"request":{"id":"req","host":"my.azurecr.io","method":"PUT",` +
        `"useragent":"docker/27"}}`,
    );
  });

  it('a push by digest, which has no tag', () => {
    expect(textOf({ tag: null })).toContain('"repository":"team/hello"},"request"');
  });

  it('a deletion', () => {
    expect(textOf({ action: 'delete', happened: 'delete', tag: null })).toBe(
      `${HEAD},"action":"delete","target":{"mediaType":"${MEDIA_TYPE}","digest":"${DIGEST}","repository":"team/hello"},` +
        `"request":{"id":"req","host":"my.azurecr.io","method":"PUT","useragent":"docker/27"}}`,
    );
  });

  it('a tag that went alone', () => {
    expect(textOf({ action: 'delete', happened: 'untag' })).toContain(
      '"action":"delete","target":{"repository":"team/hello","tag":"v1"},"request":{',
    );
  });

  it('a quarantine', () => {
    expect(textOf({ action: 'quarantine', happened: 'quarantine' })).toBe(
      `${HEAD},"action":"quarantine","target":{"size":524,"digest":"${DIGEST}","length":524,"repository":"team/hello",` +
        `"tag":"v1"},"request":{"id":"req","host":"my.azurecr.io","method":"PUT"}}`,
    );
  });

  it('a chart', () => {
    expect(textOf({ action: 'chart_push', repository: 'helm/wordpress', tag: '5.4.0_1' })).toBe(
      `${HEAD},"action":"chart_push","target":{"mediaType":"application/vnd.acr.helm.chart","size":524,` +
        `"digest":"${DIGEST}","repository":"helm/wordpress","tag":"5.4.0_1","name":"wordpress","version":"5.4.0+1"}}`,
    );
  });

  it('what the service did by itself', () => {
    expect(textOf({ causedBy: null })).toMatch(/"tag":"v1"\}\}$/);
  });

  it('a ping', () => {
    expect(textOf({ action: 'ping', happened: null, repository: null, causedBy: null })).toBe(
      `${HEAD},"action":"ping"}`,
    );
  });
});
