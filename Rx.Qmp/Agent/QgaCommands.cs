using System.Collections.Immutable;
using System.Text.Json;

namespace Rx.Qmp.Agent;

/// <summary>Common commands of the guest agent. Any other is made with <see cref="QmpCommand"/>.</summary>
public static class QgaCommands
{
    private const string ShutdownName = "guest-shutdown";

    private static readonly ImmutableHashSet<string> ErrorsOnly =
        [ShutdownName, "guest-suspend-disk", "guest-suspend-ram", "guest-suspend-hybrid"];

    /// <summary>Nothing but a sign of life.</summary>
    public static QmpCommand Ping { get; } = QmpCommand.Create("guest-ping");

    /// <summary>What the agent is and can do.</summary>
    public static QmpCommand<QgaInfo> Info { get; } = QmpCommand.Create("guest-info", null, ReadInfo);

    /// <summary>Freezes the guest's file systems and returns how many. Until thawed the agent refuses most commands.</summary>
    public static QmpCommand<long> FreezeFileSystems { get; } = QmpCommand.Create("guest-fsfreeze-freeze", null, ReadNumber);

    /// <summary>Thaws them and returns how many.</summary>
    public static QmpCommand<long> ThawFileSystems { get; } = QmpCommand.Create("guest-fsfreeze-thaw", null, ReadNumber);

    /// <summary>Whether they are frozen or thawed.</summary>
    public static QmpCommand<string> FileSystemStatus { get; } =
        QmpCommand.Create("guest-fsfreeze-status", null, static (ref Utf8JsonReader reader) => LenientJson.ReadText(ref reader));

    /// <summary>Suspends the guest to its disk. Answers only with an error.</summary>
    public static QmpCommand SuspendToDisk { get; } = QmpCommand.Create("guest-suspend-disk");

    /// <summary>Suspends the guest to its memory. Answers only with an error.</summary>
    public static QmpCommand SuspendToMemory { get; } = QmpCommand.Create("guest-suspend-ram");

    /// <summary>Shuts the guest down. Answers only with an error.</summary>
    /// <param name="mode">How.</param>
    /// <returns>The command.</returns>
    public static QmpCommand Shutdown(QgaShutdownMode mode = QgaShutdownMode.Powerdown)
    {
        var text = mode switch
        {
            QgaShutdownMode.Powerdown => "powerdown",
            QgaShutdownMode.Halt => "halt",
            QgaShutdownMode.Reboot => "reboot",
        };
        return QmpCommand.Create(ShutdownName, writer => writer.WriteString("mode"u8, text));
    }

    /// <summary>True for commands whose success is silent: by the time they have succeeded nobody is there to say so.</summary>
    /// <param name="command">The command's name.</param>
    /// <returns>Whether it is one.</returns>
    public static bool AnswersErrorsOnly(string command) => ErrorsOnly.Contains(command);

    private static long ReadNumber(ref Utf8JsonReader reader) => reader.GetInt64();

    private static QgaInfo ReadInfo(ref Utf8JsonReader reader)
    {
        var root = JsonElement.ParseValue(ref reader);
        var commands = ImmutableDictionary.CreateBuilder<string, QgaCommandInfo>();
        var listed = root.Member("supported_commands");
        foreach (var one in listed.ValueKind == JsonValueKind.Array ? listed.EnumerateArray() : default)
        {
            if (one.Member("name").AsText() is { } name)
            {
                // An agent that does not say is an old one, where what is listed can be used and answers.
                commands[name] = new QgaCommandInfo(
                    one.Member("enabled").AsBoolean() ?? true, one.Member("success-response").AsBoolean() ?? !AnswersErrorsOnly(name));
            }
        }

        return new QgaInfo(root.Member("version").AsText() ?? string.Empty, commands.ToImmutable());
    }
}
