export const color = {
  none: 'No colour',
  own: 'A colour of your own',
  red: 'Red', orange: 'Orange', yellow: 'Yellow', green: 'Green', teal: 'Teal', blue: 'Blue', indigo: 'Indigo', purple: 'Purple', pink: 'Pink', brown: 'Brown', grey: 'Grey',
};
