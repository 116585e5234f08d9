// The clerk console and the guide's page: /clerk?hall=&window=

import "../clerk/clerk-page";
import { say } from "../clerk/texts";
import { openPage } from "../shared/element";

openPage({ title: say("title") });
