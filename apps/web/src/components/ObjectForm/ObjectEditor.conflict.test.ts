import { SchemaNode } from '@pilothouse/kinds';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nextTick } from 'vue';
import { ApiError } from '../../api/api-error.ts';
import {
  button,
  cluster,
  closePage,
  deployment,
  eventually,
  inputs,
  open,
  review,
  reviewOpens,
  saved,
  text,
  type,
} from './testing/editor-page.ts';

afterEach(closePage);

describe('somebody else was faster', () => {
  const schema = () => Promise.resolve(new SchemaNode({}, { type: 'object' }));

  test('other fields: both are kept, and the review says so', async () => {
    const { state, source } = cluster();
    await open({ ...source, schemas: schema });
    await type(0, '3');
    state.object = deployment('2', { image: 'theirs' });
    await reviewOpens();
    expect(text('.ant-modal')).toContain('Somebody else changed the object in the meantime');
    expect([text('.cm-deletedChunk'), text('.cm-changedLine')]).toEqual(['  replicas: 2', '  replicas: 3']);
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    expect(state.object).toMatchObject({ spec: { replicas: 3, image: 'theirs', minReadySeconds: 5 } });
  });

  test('the cluster itself, of the status only: nobody is asked, and it is written', async () => {
    const { state, save, source } = cluster();
    await open(source);
    await type(0, '3');
    await reviewOpens();
    state.object = { ...deployment('2'), status: { replicas: 1 } } as never;
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    expect(state.object).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 1 } });
    const versions = save.mock.calls.map(([change]) => change.type === 'edit' && change.resourceVersion);
    expect(versions).toEqual(['1', '1', '2']);
  });

  test('the same fields: base, theirs and mine, and a choice for each', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    await type(1, 'mine');
    state.object = deployment('2', { replicas: 7, image: 'theirs', minReadySeconds: 9 });
    button('Review').click();
    await eventually(() => expect(document.querySelectorAll('fieldset')).toHaveLength(2));
    const shown = [...document.querySelectorAll('fieldset')].map((place) => [
      place.querySelector('legend')?.textContent,
      ...[...place.querySelectorAll('pre')].map((each) => each.textContent),
    ]);
    expect(shown).toEqual([
      ['spec.replicas', '2', '7', '3'],
      ['spec.image', 'a', 'theirs', 'mine'],
    ]);
    const proceed = () => button('Continue to the review');
    expect(proceed().disabled).toBe(true);
    const [replicas, image] = document.querySelectorAll('fieldset');
    // what is no YAML is said at the field, and goes no further
    replicas?.querySelectorAll<HTMLInputElement>('input[type=radio]')[3]?.click();
    await nextTick();
    const broken = replicas?.querySelector('textarea') as HTMLTextAreaElement;
    broken.value = 'a: [';
    broken.dispatchEvent(new Event('input'));
    await nextTick();
    expect(replicas?.textContent).toContain('This cannot be read as YAML');
    replicas?.querySelectorAll<HTMLInputElement>('input[type=radio]')[1]?.click();
    image?.querySelectorAll<HTMLInputElement>('input[type=radio]')[3]?.click();
    await nextTick();
    const other = image?.querySelector('textarea') as HTMLTextAreaElement;
    expect(other.value).toBe('mine');
    other.value = '1.0';
    other.dispatchEvent(new Event('input'));
    await nextTick();
    proceed().click();
    await eventually(() => expect(document.querySelector('[data-testid=diff]')).not.toBeNull());
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    // text stays text, whatever it looks like
    expect(state.object).toMatchObject({ spec: { replicas: 7, image: '1.0', minReadySeconds: 9 } });
  });

  test('between trial and write too; going back loses nothing', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    await reviewOpens();
    state.object = deployment('2', { replicas: 7 });
    button('Save Deployment web').click();
    await eventually(() => expect(document.querySelectorAll('fieldset')).toHaveLength(1));
    button('Back').click();
    await eventually(() => expect(document.querySelector('form')).not.toBeNull());
    expect(inputs()[0]?.value).toBe('3');
    expect(saved).not.toHaveBeenCalled();
  });

  test('the object is gone: said, and the draft stays', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    state.object = deployment('2');
    vi.mocked(source.load).mockRejectedValueOnce(
      new ApiError(404, { code: 'clusterNotFound', message: 'not found', params: { message: 'not found' } }),
    );
    await review();
    await eventually(() => expect(text('[role=alert]')).toContain('not found'));
    expect(inputs()[0]?.value).toBe('3');
  });
});
