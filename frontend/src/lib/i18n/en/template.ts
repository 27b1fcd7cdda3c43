export const template = {
  title: 'Event templates',
};
