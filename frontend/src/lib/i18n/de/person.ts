export const person = {
  title: 'Menschen',
};
