export const todo = {
  title: 'Aufgaben',
};
