/** px; large enough for a telephone's screen, and some 60 kB. */
export const photoSize = 512;

/** The square of a picture that is kept: the middle, and of a tall one rather the upper part, where faces are. */
export function square(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height);
  return { x: Math.round((width - side) / 2), y: Math.round((height - side) * (height > width ? 0.35 : 0.5)), side };
}

/** A picture as a small square JPEG in a data: URI. Rejects what is no picture that this browser reads. */
export async function photoOf(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file); // upright, as the camera was held
  try {
    const { x, y, side } = square(picture.width, picture.height);
    const size = Math.min(side, photoSize);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const pen = canvas.getContext('2d')!;
    pen.imageSmoothingQuality = 'high';
    pen.fillStyle = 'white'; // under what is transparent: JPEG knows no holes
    pen.fillRect(0, 0, size, size);
    pen.drawImage(picture, x, y, side, side, 0, 0, size, size);
    return canvas.toDataURL('image/jpeg', 0.86);
  } finally {
    picture.close();
  }
}
