// The hall's board: `/board?hall=&device=&voice=zh,en|silent&zone=`; with `area=` that of an area, as `/area` is.

import "../board/board";
import { chooseMissing } from "../shared/components/choose";
import { openPage } from "../shared/element";
import { text } from "../shared/i18n";
import { query } from "../shared/place";

if (!chooseMissing("board")) {
  openPage({ theme: "board", title: `${text("board.title").zh} ${text("board.title").en}` });
  const board = document.createElement("ow-board");
  for (const field of ["hall", "area", "device", "simulated"]) {
    board.setAttribute(field, query(field));
  }
  document.body.appendChild(board);
}
