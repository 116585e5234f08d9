// The manager's page: /manager?hall=

import "../manager/manager-page";
import { say } from "../manager/texts";
import { openPage } from "../shared/element";

openPage({ title: say("title") });
