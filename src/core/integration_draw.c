#include "core/integration_draw.h"

#include "core/integration.h"

/* Names of states as Mermaid takes them: letters and "_". */
static void put_id(struct buf *to, enum integration_state s)
{
    for (const char *p = integration_state_code(s); *p != '\0'; p++)
        (void)buf_add_char(to, *p == '-' ? '_' : *p);
}

/* Each pair of states once, with all that leads from the one to the other; what stays where it is is in the table. */
static void put_arrows(struct buf *to, const struct integration_move *m)
{
    const char *between = " : ";
    for (const struct integration_move *n = integration_moves; n < m; n++) {
        if (n->from == m->from && n->to == m->to)
            return;
    }
    if (m->from == m->to)
        return;
    (void)buf_add_text(to, "    ");
    put_id(to, m->from);
    (void)buf_add_text(to, " --> ");
    put_id(to, m->to);
    for (const struct integration_move *n = m; n < integration_moves + integration_move_count; n++) {
        if (n->from != m->from || n->to != m->to)
            continue;
        (void)buf_printf(to, "%s%s", between, integration_event_code(n->event));
        between = ", ";
    }
    (void)buf_add_char(to, '\n');
}

static void put_bits(struct buf *to, unsigned bits, int count, const char *(*code)(int))
{
    const char *between = "";
    for (int i = 0; i < count; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        (void)buf_printf(to, "%s%s", between, code(i));
        between = ", ";
    }
}

static const char *check_code(int i)
{
    return integration_check_code((enum integration_check)i);
}

static const char *effect_code(int i)
{
    return integration_effect_code((enum integration_effect)i);
}

static void put_states(struct buf *to)
{
    (void)buf_add_text(to, "| state | meaning | whose turn |\n|---|---|---|\n");
    for (int s = 0; s < INTEGRATION_STATE_COUNT; s++) {
        enum integration_state state = (enum integration_state)s;
        (void)buf_printf(to, "| `%s` | %s | %s |\n", integration_state_code(state), integration_state_words(state),
                         integration_turn_words(integration_state_turn(state)));
    }
}

static void put_moves(struct buf *to)
{
    (void)buf_add_text(to, "| in | what happens | then | who may | needs | follows | message |\n"
                           "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < integration_move_count; i++) {
        const struct integration_move *m = &integration_moves[i];
        (void)buf_printf(to, "| `%s` | %s | `%s` |", integration_state_code(m->from), integration_event_code(m->event),
                         integration_state_code(m->to));
        const char *between = " ";
        for (int r = 0; r < ROLE_COUNT; r++) {
            if (!integration_may(m, (enum role)r))
                continue;
            (void)buf_printf(to, "%s%s", between, role_words((enum role)r));
            between = ", ";
        }
        (void)buf_add_text(to, m->alone ? ", by itself | " : " | ");
        put_bits(to, m->checks, INTEGRATION_CHECK_COUNT, check_code);
        (void)buf_add_text(to, " | ");
        put_bits(to, m->effects, INTEGRATION_EFFECT_COUNT, effect_code);
        if (m->message[0] != '\0')
            (void)buf_printf(to, " | `%s` to %s |\n", m->message, integration_turn_words(m->told));
        else
            (void)buf_add_text(to, " | |\n");
    }
}

void integration_draw(struct buf *to)
{
    (void)buf_add_text(to, "```mermaid\nstateDiagram-v2\n    [*] --> ");
    put_id(to, INTEGRATION_INTAKE);
    (void)buf_add_char(to, '\n');
    for (size_t i = 0; i < integration_move_count; i++)
        put_arrows(to, &integration_moves[i]);
    (void)buf_add_text(to, "    ");
    put_id(to, INTEGRATION_PRO);
    (void)buf_add_text(to, " --> [*]\n```\n\n");
    put_states(to);
    (void)buf_add_char(to, '\n');
    put_moves(to);
}
