export const todo = {
  title: 'To-dos',
};
