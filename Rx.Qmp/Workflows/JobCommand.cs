using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Commands that start jobs, made fit to be followed.</summary>
internal static class JobCommand
{
    private static readonly string[] Dismissing =
        ["blockdev-backup", "blockdev-mirror", "block-commit", "block-stream", "drive-backup", "drive-mirror"];

    /// <summary>The command with the job's id, if it has none, and with auto-dismiss false where it knows that and does not say.</summary>
    /// <exception cref="ArgumentException">It names another job.</exception>
    public static QmpCommand Prepare(QmpCommand command, string id)
    {
        var arguments = Arguments(command);
        var stated = arguments.Member("job-id");
        if (stated.ValueKind != JsonValueKind.Undefined && stated.AsText() != id)
        {
            throw new ArgumentException($"{command.Name} starts another job than {id}.", nameof(command));
        }

        var dismisses = Dismissing.Contains(command.Name) && arguments.Member("auto-dismiss").ValueKind == JsonValueKind.Undefined;
        var unnamed = Dismissing.Contains(command.Name) && stated.ValueKind == JsonValueKind.Undefined;
        if (!dismisses && !unnamed)
        {
            return command;
        }

        var prepared = QmpCommand.Create(command.Name, writer =>
        {
            foreach (var member in arguments.ValueKind == JsonValueKind.Object ? arguments.EnumerateObject().ToArray() : [])
            {
                member.WriteTo(writer);
            }

            if (unnamed)
            {
                writer.WriteString("job-id"u8, id);
            }

            if (dismisses)
            {
                writer.WriteBoolean("auto-dismiss"u8, false);
            }
        });
        return command.Timeout is { } timeout ? prepared.WithTimeout(timeout) : prepared;
    }

    private static JsonElement Arguments(QmpCommand command)
    {
        // A command is kept from the colon behind its verb on; any verb will do here.
        byte[] whole = [.. "{\"execute\""u8, .. command.Body.Span, .. "}"u8];
        return LenientJson.Parse(whole, OwnedJson.MaxDepth).Member("arguments");
    }
}
