import { endpoints, type OutputOf, type PodPort } from '@pilothouse/contract';
import { shallowRef } from 'vue';
import { call } from './call.ts';

export type PortForward = OutputOf<typeof endpoints.listPortForwards>['forwards'][number];

/** The user's open forwards, as this tab knows them. */
export const portForwards = shallowRef<readonly PortForward[]>([]);

export async function refreshPortForwards(): Promise<void> {
  portForwards.value = (await call(endpoints.listPortForwards, {})).forwards;
}

/** Opens a port in a new tab of the browser; resolves with the address, where the browser lets no tab open. */
export async function openPort(place: PodPort): Promise<string> {
  const { url, ...forward } = await call(endpoints.openPortForward, { body: place });
  portForwards.value = [...portForwards.value, forward];
  showTab(url);
  return url;
}

/** Shows a forward that is open already in another tab. */
export async function enterPort({ id }: PortForward): Promise<void> {
  showTab((await call(endpoints.enterPortForward, { params: { forward: id } })).url);
}

export async function stopPort({ id }: PortForward): Promise<void> {
  await call(endpoints.stopPortForward, { params: { forward: id } });
  portForwards.value = portForwards.value.filter((each) => each.id !== id);
}

/** The page there is not to reach back into this one. */
function showTab(url: string): void {
  window.open(url, '_blank', 'noopener');
}
