/** The colours offered for calendars, projects and the like: apart from each other by day and by night. */
export const swatches = [
  { name: 'red', value: '#d64545' },
  { name: 'orange', value: '#d9730d' },
  { name: 'yellow', value: '#c99a0c' },
  { name: 'green', value: '#3d8b4f' },
  { name: 'teal', value: '#1f8a8a' },
  { name: 'blue', value: '#2f6fd0' },
  { name: 'indigo', value: '#5b5bd6' },
  { name: 'purple', value: '#8e4ec6' },
  { name: 'pink', value: '#d6409f' },
  { name: 'brown', value: '#8d6e4f' },
  { name: 'grey', value: '#6f6e77' },
] as const;
