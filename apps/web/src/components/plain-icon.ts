import { h, type Component, type VNode } from 'vue';

/** What an icon of the design system is drawn from. */
interface Shape {
  tag: string;
  attrs: Record<string, string>;
  children?: Shape[];
}

const known = new WeakMap<object, Component>();

/**
 * An icon of the design system as one element without a component of its own: it has three, and a list draws hundreds of
 * icons. Another component stays as it is.
 */
export function plainIcon(icon: Component): Component {
  const plain = known.get(icon) ?? made(icon);
  known.set(icon, plain);
  return plain;
}

function made(icon: Component): Component {
  const shape = shapeOf(icon);
  return shape === null ? icon : () => h('span', { class: 'anticon', 'aria-hidden': 'true' }, [drawn(shape)]);
}

/** The library's icons are functions that hand their shape on as `icon`. */
function shapeOf(icon: Component): Shape | null {
  if (typeof icon !== 'function' || !('displayName' in icon)) return null;
  const draw = icon as unknown as (props: object, context: { attrs: object }) => VNode;
  const { icon: definition } = (draw({}, { attrs: {} }).props ?? {}) as { icon?: { icon: unknown } };
  return typeof definition?.icon === 'object' ? (definition.icon as Shape) : null;
}

function drawn({ tag, attrs, children = [] }: Shape): VNode {
  const isRoot = tag === 'svg';
  const size = { width: '1em', height: '1em', fill: 'currentColor' };
  return h(tag, isRoot ? { ...attrs, ...size } : attrs, children.map(drawn));
}
