// The hall's board: `/board?hall=&device=&voice=zh,en|silent&zone=`.

import "../board/board";
import { chooseMissing } from "../shared/components/choose";
import { openPage } from "../shared/element";
import { text } from "../shared/i18n";
import { query } from "../shared/place";

if (!chooseMissing("board")) {
  openPage({ theme: "board", title: `${text("board.title").zh} ${text("board.title").en}` });
  const board = document.createElement("ow-board");
  board.setAttribute("hall", query("hall"));
  board.setAttribute("device", query("device"));
  board.setAttribute("simulated", query("simulated"));
  document.body.appendChild(board);
}
