export const template = {
  title: 'Terminvorlagen',
};
