export const today = {
  title: 'Heute',
};
