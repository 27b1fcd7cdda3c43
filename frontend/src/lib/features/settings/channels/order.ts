/** The channels, in the order in which a first escalation goes: what one has at hand, then what one looks into. */
export const channels = ['push', 'ntfy', 'mail', 'webhook'] as const;
export type ChannelName = (typeof channels)[number];

/** All channels in the order that the setting names; what it leaves out comes after. */
export function orderOf(setting: string): ChannelName[] {
  const named = setting.split(',').filter((c): c is ChannelName => (channels as readonly string[]).includes(c));
  return [...new Set([...named, ...channels])];
}

/** The order with one channel a place earlier or later; at an end it stays. */
export function moved(order: ChannelName[], channel: ChannelName, by: -1 | 1): ChannelName[] {
  const from = order.indexOf(channel);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return order;
  const out = order.filter((c) => c !== channel);
  out.splice(to, 0, channel);
  return out;
}
