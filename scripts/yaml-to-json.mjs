// A process of its own: parsing takes fifty megabytes, which a service would keep.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[2], 'utf8'))));
