export const project = {
  title: 'Projects',
};
