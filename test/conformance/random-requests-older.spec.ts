import { describe } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { randomRequests } from './random-requests.js';

describe('in the older versions', () => {
  randomRequests(Object.keys(API_VERSIONS).slice(4), 5_000);
});
