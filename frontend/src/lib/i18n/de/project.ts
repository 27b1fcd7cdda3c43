export const project = {
  title: 'Projekte',
};
