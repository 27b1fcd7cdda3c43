export const color = {
  none: 'Keine Farbe',
  own: 'Eine eigene Farbe',
  red: 'Rot', orange: 'Orange', yellow: 'Gelb', green: 'Grün', teal: 'Türkis', blue: 'Blau', indigo: 'Indigo', purple: 'Violett', pink: 'Rosa', brown: 'Braun', grey: 'Grau',
};
