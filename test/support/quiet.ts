import { Logger } from '@nestjs/common';

// Failures that a spec brings about on purpose would drown the ones that it does not expect.
Logger.overrideLogger(false);
