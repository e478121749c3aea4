// Run by VS Code, in plain Node, when the extension has been uninstalled: takes out of other programs' settings what Connect put in. Never throws: there is nobody to tell.
import { homedir } from 'node:os';
import { disconnectAll } from './assistants/all.ts';

disconnectAll(homedir());
