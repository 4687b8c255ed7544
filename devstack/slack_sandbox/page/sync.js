/**
 * Keeps the state in step with the sandbox: first load, live changes, and which person and channel are picked.
 *
 * Promise: of several changes of one kind at once, one request is made; an answer for a person or channel that is no
 * longer picked is dropped.
 */

import * as api from './api.js';
import { lastRead, rememberedPlace, rememberPlace, rememberRead } from './memory.js';
import { channelId, channelsOf, conversationKey, DM, dmOf, personOf, refusal } from './state.js';

/** @typedef {import('./state.js').Store} Store */

const HEALTH_INTERVAL = 5000;
// Slack forgets ephemeral messages when a window is loaded again; what was typed goes with its answer.
const LOADED_AT = performance.timeOrigin / 1000;

/**
 * @param {Store} store
 */
export function createSync(store) {
  const workspace = coalesced(async () => store.set({ workspace: inOrder(await api.workspace()) }));
  const timeline = coalesced(() => loadTimeline(store));
  const views = coalesced(() => loadViews(store));
  const home = coalesced(() => loadHome(store));
  const faults = coalesced(async () => store.set(await api.faults()));
  const health = coalesced(async () => store.set({ health: await api.health() }));

  /** @param {import('./types.js').Change} change */
  async function onchange(change) {
    if (change.changed === 'views') return Promise.all([views(), home()]);
    if (change.changed !== 'messages') return workspace();
    if (change.channel && !knows(store, change.channel)) await workspace();
    return isOpen(store, change.channel) ? timeline() : noteUnread(store, change);
  }

  async function reload() {
    await workspace();
    if (!store.get().me) arrive(rememberedPlace());
    await Promise.all([timeline(), views(), home(), faults(), health(), loadUnread(store)]);
  }

  /**
   * Goes where the address or an earlier visit says, or to the first person who can act.
   * @param {{user?: string, channel?: string}} place
   */
  function arrive({ user, channel }) {
    const me = personOf(store.get(), user) ?? store.get().workspace?.people.find((person) => !person.is_bot && !person.deleted);
    if (!me) return;
    store.set({ me: me.id });
    const isChannel = channelsOf(store.get()).some(({ id }) => id === channel);
    go({ me: me.id, channel: isChannel ? channel : DM });
  }

  const go = quietly(async (/** @type {{me?: string, channel?: string}} */ place) => {
    const me = place.me ?? store.get().me;
    const moved = me !== store.get().me;
    const channel = place.channel ?? DM;
    store.set({ me, channel, tab: 'messages', timeline: null, news: store.get().news.filter((id) => id !== me) });
    rememberPlace(me, channel === DM ? dmOf(store.get())?.id : channel);
    await Promise.all([timeline(), views(), moved && loadUnread(store)]);
  });

  const showTab = quietly(async (/** @type {'messages' | 'home'} */ tab) => {
    store.set({ tab });
    if (tab === 'home' && !refusal(store.get())) await api.openHome(store.get().me);
    await home();
  });

  function start() {
    api.listen({
      onchange: quietly(onchange),
      onopen: quietly(async () => {
        await reload();
        store.set({ lost: false });
      }),
      onlost: () => store.set({ lost: true }),
    });
    setInterval(quietly(health), HEALTH_INTERVAL);
  }

  return { start, go, arrive, showTab, timeline, views, workspace, faults };
}

/** @typedef {ReturnType<typeof createSync>} Sync */

/**
 * @template {any[]} Arguments
 * @param {(...given: Arguments) => Promise<unknown>} run what only refreshes: when the server is away, the lost
 *   connection is shown and everything is loaded again afterwards
 * @returns {(...given: Arguments) => Promise<void>}
 */
function quietly(run) {
  return async (...given) => {
    try {
      await run(...given);
    } catch (error) {
      if (!(error instanceof api.ControlError)) throw error;
      console.warn('refresh failed', error.message);
    }
  };
}

/**
 * @param {() => Promise<void>} run
 * @returns {() => Promise<void>} runs once more after the present run when asked meanwhile
 */
function coalesced(run) {
  /** @type {Promise<void> | null} */
  let running = null;
  let again = false;
  const runs = async () => {
    do {
      again = false;
      await run();
    } while (again);
  };
  return () => {
    again = true;
    running ??= runs().finally(() => {
      running = null;
    });
    return running;
  };
}

/**
 * People who can act come first, then the deactivated, then bots.
 * @param {import('./types.js').Workspace} workspace
 */
function inOrder(workspace) {
  const rank = (/** @type {import('./types.js').Person} */ person) => (person.is_bot ? 2 : Number(Boolean(person.deleted)));
  return { ...workspace, people: workspace.people.toSorted((a, b) => rank(a) - rank(b)) };
}

/** @param {Store} store */
async function loadTimeline(store) {
  const state = store.get();
  if (!state.me) return;
  const [{ messages }, { deliveries }] = await Promise.all([api.messages(state.me, channelId(state)), api.commands()]);
  if (conversationKey(store.get()) !== conversationKey(state)) return;
  const { me, channel } = state;
  rememberRead(me, channel, messages.at(-1)?.ts);
  store.set({
    timeline: { of: conversationKey(state), messages: messages.filter(isStillShown), commands: ownCommands(deliveries, store.get()) },
    unread: store.get().unread.filter((id) => id !== channel),
  });
}

/** @param {import('./types.js').Message} message */
const isStillShown = (message) => !message.is_ephemeral || Number(message.ts) > LOADED_AT;

/**
 * @param {import('./types.js').Delivery[]} deliveries
 * @param {import('./state.js').State} state
 */
function ownCommands(deliveries, state) {
  const here = (/** @type {string} */ id) => (state.channel === DM ? id.startsWith('D') : id === state.channel);
  return deliveries.filter(({ payload, outcome, at }) =>
    at > LOADED_AT && outcome !== 'pending' && payload.user_id === state.me && here(payload.channel_id ?? ''));
}

/** @param {Store} store */
async function loadViews(store) {
  const { me } = store.get();
  if (!me) return;
  const { views } = await api.views(me);
  if (store.get().me === me) store.set({ views: { of: me, stack: views } });
}

/** @param {Store} store */
async function loadHome(store) {
  const { me, tab } = store.get();
  if (tab !== 'home') return;
  const { view } = refusal(store.get()) ? { view: null } : await api.home(me);
  if (store.get().me === me) store.set({ home: { of: me, view } });
}

/** @param {Store} store */
async function loadUnread(store) {
  const { me, channel: open } = store.get();
  const places = [DM, ...channelsOf(store.get()).map((channel) => channel.id)].filter((id) => id !== open);
  const unread = await Promise.all(places.map(async (id) => ((await hasUnread(me, id)) ? [id] : [])));
  if (store.get().me === me) store.set({ unread: unread.flat() });
}

/**
 * @param {string} me
 * @param {string} channel
 */
async function hasUnread(me, channel) {
  if (!me) return false;
  const { messages } = await api.messages(me, channel === DM ? undefined : channel);
  return Number(messages.at(-1)?.ts ?? 0) > Number(lastRead(me, channel));
}

/**
 * @param {Store} store
 * @param {import('./types.js').Change} change
 */
async function noteUnread(store, { channel: id = '', user }) {
  const { me, workspace, news } = store.get();
  const owner = user ?? workspace?.channels.find((channel) => channel.id === id)?.user;
  if (owner && owner !== me) return store.set({ news: [...new Set([...news, owner])] });
  const place = id.startsWith('D') ? DM : id;
  const unread = store.get().unread;
  if (!unread.includes(place) && (await hasUnread(me, place))) store.set({ unread: [...unread, place] });
}

/**
 * @param {Store} store
 * @param {string | undefined} id
 */
function isOpen(store, id) {
  const state = store.get();
  return !id || id === (state.channel === DM ? dmOf(state)?.id : state.channel);
}

/**
 * @param {Store} store
 * @param {string} id
 */
const knows = (store, id) => store.get().workspace?.channels.some((channel) => channel.id === id);
