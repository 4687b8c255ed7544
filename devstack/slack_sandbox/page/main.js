/**
 * Puts the page together.
 *
 * Promise: wiring only; each part says in its own file what it does.
 */

import { ControlError, sendAction } from './api.js';
import { createComposer } from './composer.js';
import { createFaults } from './faults.js';
import { createHome } from './home.js';
import { rememberedPlace } from './memory.js';
import { createMessages } from './messages.js';
import { createModal } from './modal.js';
import { createPanels } from './panels.js';
import { createPeople } from './people.js';
import { createSidebar } from './sidebar.js';
import { actionProblem, createStore } from './state.js';
import { createStatus } from './status.js';
import { createSync } from './sync.js';

const store = createStore();
const sync = createSync(store);
const panels = createPanels();

/** @param {{me?: string, channel?: string}} place */
async function go(place) {
  panels.closeSidebar();
  await sync.go(place);
}

/** @type {import('./message.js').OnAction} */
async function onaction(message, action) {
  const { me } = store.get();
  try {
    const delivery = await sendAction({ user: me, channel: message.channel, ts: message.ts, ...action });
    await Promise.all([sync.timeline(), sync.views()]);
    return actionProblem(store.get(), delivery);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return error.message;
  }
}

createStatus(store);
createSidebar(store, { ongo: go });
const composer = createComposer(store, { onsent: async () => { await Promise.all([sync.timeline(), sync.views()]); } });
createMessages(store, { onaction, onexample: composer.write });
createHome(store, { ontab: sync.showTab, onacted: sync.views });
createModal(store, { onchange: sync.views });
createPeople(store, { onchange: sync.workspace, onjoin: async (me) => { await sync.workspace(); await go({ me }); } });
createFaults(store, { onchange: sync.faults });

addEventListener('hashchange', () => sync.arrive(rememberedPlace()));
sync.start();
