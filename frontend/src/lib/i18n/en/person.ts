export const person = {
  title: 'People',
};
