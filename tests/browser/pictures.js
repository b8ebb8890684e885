// A picture a quarter as wide and high, and how far it is from another: the share of its pixels that differ visibly.
// So small, the edges of letters, which machines draw differently, are grey; what is moved, cut or missing is not.
async ([taken, kept]) => {
  const SCALE = 4, VISIBLY = 40;
  const load = async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    return image;
  };
  const drawn = (image, width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    return canvas;
  };
  const image = await load(taken);
  const width = Math.round(image.width / SCALE), height = Math.round(image.height / SCALE);
  const small = drawn(image, width, height);
  const picture = small.toDataURL("image/png").split(",")[1];
  if (!kept) return { picture, off: 1 };
  const before = await load(kept);
  if (before.width !== width || before.height !== height) return { picture, off: 1 };
  const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const one = pixels(small), other = pixels(drawn(before, width, height));
  let differing = 0;
  for (let place = 0; place < one.length; place += 4) {
    const by = [0, 1, 2].map((colour) => Math.abs(one[place + colour] - other[place + colour]));
    if (Math.max(...by) > VISIBLY) differing += 1;
  }
  return { picture, off: differing / (width * height) };
}
