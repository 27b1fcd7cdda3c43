export const location = {
  title: 'Places',
};
