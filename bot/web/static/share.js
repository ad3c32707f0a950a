// An article as a picture to pass on: WeChat's browser can send and save a picture, but lets no page open its share menu.
const WIDTH = 600, EDGE = 44, LINE = 1.5;
const FONT = '-apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

// Chinese breaks anywhere but before these.
const NEVER_FIRST = "，。、；：？！”’）》…—";

function lines(pen, text, width, most) {
  const found = [];
  let line = "";
  for (const letter of text) {
    if (line && pen.measureText(line + letter).width > width && !NEVER_FIRST.includes(letter)) {
      found.push(line);
      line = "";
    }
    line += letter;
  }
  if (line) found.push(line);
  if (found.length <= most) return found;
  return [...found.slice(0, most - 1), found[most - 1].slice(0, -1) + "…"];
}

async function picture(svg) {
  const image = new Image();
  const drawn = svg.cloneNode(true);
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  drawn.setAttribute("width", "180");
  drawn.setAttribute("height", "180");
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.outerHTML);
  await image.decode();
  return image;
}

async function draw(title, opening, code) {
  const board = document.createElement("canvas");
  let pen = board.getContext("2d");
  pen.font = `600 40px ${FONT}`;
  const head = lines(pen, title, WIDTH - 2 * EDGE, 3);
  pen.font = `26px ${FONT}`;
  const body = lines(pen, opening, WIDTH - 2 * EDGE, 5);
  const top = 40 * LINE * head.length, middle = 26 * LINE * body.length;
  board.width = WIDTH;
  board.height = EDGE + top + 20 + middle + 40 + 180 + EDGE;
  pen = board.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, board.width, board.height);
  pen.textBaseline = "top";
  let y = EDGE;
  const write = (text, font, color, step) => {
    pen.font = `${font} ${FONT}`;
    pen.fillStyle = color;
    pen.fillText(text, EDGE, y);
    y += step;
  };
  for (const line of head) write(line, "600 40px", "#17343a", 40 * LINE);
  y += 20;
  for (const line of body) write(line, "26px", "#3d5257", 26 * LINE);
  y += 40;
  pen.drawImage(code, WIDTH - EDGE - 180, y, 180, 180);
  y += 46;
  write("家有方", "600 34px", "#17343a", 50);
  write("长按识别，接着看", "24px", "#3d5257", 36);
  return board.toDataURL("image/png");
}

const button = document.querySelector("[data-share]");
const dialog = document.querySelector("dialog.share");
if (button && dialog?.showModal) {
  button.hidden = false;
  const shown = dialog.querySelector("img");
  button.addEventListener("click", async () => {
    if (!shown.src) {
      const said = (name) => document.querySelector(`meta[property="og:${name}"]`).content;
      shown.src = await draw(said("title"), said("description"), await picture(document.querySelector(".handout svg")));
    }
    dialog.showModal();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  const copy = dialog.querySelector("[data-copy]");
  copy.addEventListener("click", async () => {
    const url = document.querySelector('meta[property="og:url"]').content;
    try {
      await navigator.clipboard.writeText(url);
      copy.textContent = "复制好了";
    } catch {
      copy.textContent = url; // no clipboard here: the address itself, to be selected
    }
  });
}
