// An area's board: `/area?hall=&area=&device=`.

import "../board/board";
import { chooseMissing } from "../shared/components/choose";
import { openPage } from "../shared/element";
import { text } from "../shared/i18n";
import { query } from "../shared/place";

if (!chooseMissing("area")) {
  openPage({ theme: "board", title: `${text("board.title").zh} ${text("board.title").en}` });
  const board = document.createElement("ow-board");
  for (const field of ["hall", "area", "device"]) {
    board.setAttribute(field, query(field));
  }
  document.body.appendChild(board);
}
