export const location = {
  title: 'Orte',
};
