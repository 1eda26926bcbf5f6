import { expect, test } from 'vitest';
import type { LocationQuery } from 'vue-router';
import { logsLocation, readLogsView, type LogsView } from './logs-location.ts';

test.each<LogsView>([
  { namespace: 'shop', labelSelector: 'app in (web,api),tier!=db' },
  { namespace: 'shop', pods: ['web-0', 'web-1'], container: 'proxy' },
])('a view survives the URL: %o', (view) => {
  const { query } = logsLocation('harbour', view) as { query: Record<string, string | string[]> };
  expect(readLogsView(query)).toEqual(view);
});

test.each<LocationQuery>([
  {},
  { namespace: 'shop' },
  { labelSelector: 'a=b' },
  { namespace: '', pods: 'web-0' },
])('nothing is chosen by %o', (query) => expect(readLogsView(query)).toBeNull());
