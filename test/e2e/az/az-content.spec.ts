import { ACCOUNT } from './account.js';
import { CONTENT } from './content.js';
import { LOGINS } from './logins.js';
import { onStage } from './on-stage.js';
import { SETTINGS } from './settings.js';

// The settings come before the content: what they change of the login is what the content is reached by.
onStage('an account, settings and content', ACCOUNT, SETTINGS, CONTENT, LOGINS);
