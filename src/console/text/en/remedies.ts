/** What the console says in English: what to do about a refusal; the API's own words, so that what it says by code is known as that. */
import { REMEDIES } from "../../../api/remedies.ts";

export const remediesTexts = { remedies: REMEDIES };
