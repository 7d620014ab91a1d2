import { describe } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { randomRequests } from './random-requests.js';

describe('in the four newest versions', () => {
  randomRequests(Object.keys(API_VERSIONS).slice(0, 4), 5_000);
});
