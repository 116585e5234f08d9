// The studio's page: /studio?hall=

import { openPage } from "../shared/element";
import "../studio/studio-page";
import { say } from "../studio/texts";

openPage({ title: say("title") });
