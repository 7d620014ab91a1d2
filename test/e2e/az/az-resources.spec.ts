import { CHILDREN } from './children.js';
import { onStage } from './on-stage.js';
import { REGISTRIES } from './registries.js';
import { RESOURCES } from './resources.js';

onStage('registries and what they have', REGISTRIES, CHILDREN, RESOURCES);
