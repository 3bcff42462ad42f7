using System.Text;

namespace Rx.Qmp.Tests;

/// <summary>
/// What QEMU 7.2 wrote for a job, recorded on small images with time stamps and ids removed: "&gt; name" is a command, the lines below it
/// what came until the next one was sent. Played back, each command has to be the one that was recorded there; only a question may be left
/// out, as here everything up to the next command arrives at once and may answer it.
/// </summary>
internal sealed class JobTrace
{
    public const string Create = """
        > blockdev-create
        created running return waiting pending concluded
        > query-jobs
        return [{"current-progress": 1, "status": "concluded", "total-progress": 1, "type": "create", "id": "j"}]
        > job-dismiss
        null return
        """;

    public const string CreateFails = """
        > blockdev-create
        created running aborting concluded return
        > query-jobs
        return [{"current-progress": 1, "status": "concluded", "total-progress": 1, "id": "j", "error": "Cluster size must be a power of two"}]
        > job-dismiss
        null return
        """;

    public const string Backup = """
        > blockdev-backup
        created running paused running return waiting pending
        BLOCK_JOB_COMPLETED {"device": "j", "len": 1048576, "offset": 1048576, "speed": 0, "type": "backup"}
        concluded
        > query-jobs
        return [{"current-progress": 1048576, "status": "concluded", "total-progress": 1048576, "type": "backup", "id": "j"}]
        > job-dismiss
        null return
        """;

    public const string BackupDismissesItself = """
        > blockdev-backup
        created running paused running return waiting pending
        BLOCK_JOB_COMPLETED {"device": "j", "len": 1048576, "offset": 1048576, "speed": 0, "type": "backup"}
        concluded null
        > query-jobs
        return []
        """;

    public const string BackupAwaitsFinalize = """
        > blockdev-backup
        created running paused running return waiting pending
        BLOCK_JOB_PENDING {"type": "backup", "id": "j"}
        > query-jobs
        return [{"current-progress": 1048576, "status": "pending", "total-progress": 1048576, "type": "backup", "id": "j"}]
        > job-finalize
        BLOCK_JOB_COMPLETED {"device": "j", "len": 1048576, "offset": 1048576, "speed": 0, "type": "backup"}
        concluded return
        > query-jobs
        return [{"current-progress": 1048576, "status": "concluded", "total-progress": 1048576, "type": "backup", "id": "j"}]
        > job-dismiss
        null return
        """;

    public const string Mirror = """
        > blockdev-mirror
        created running return ready
        > job-complete
        BLOCK_JOB_READY {"device": "j", "len": 1048576, "offset": 1048576, "speed": 0, "type": "mirror"}
        return waiting pending
        BLOCK_JOB_COMPLETED {"device": "j", "len": 1048576, "offset": 1048576, "speed": 0, "type": "mirror"}
        concluded
        > query-jobs
        return [{"current-progress": 1048576, "status": "concluded", "total-progress": 1048576, "type": "mirror", "id": "j"}]
        > job-dismiss
        null return
        """;

    public const string ActiveCommit = """
        > block-commit
        created running return ready
        > job-complete
        BLOCK_JOB_READY {"device": "j", "len": 0, "offset": 0, "speed": 0, "type": "commit"}
        return waiting pending
        BLOCK_JOB_COMPLETED {"device": "j", "len": 0, "offset": 0, "speed": 0, "type": "commit"}
        concluded
        > query-jobs
        return [{"current-progress": 0, "status": "concluded", "total-progress": 0, "type": "commit", "id": "j"}]
        > job-dismiss
        null return
        """;

    public const string MirrorCancelled = """
        > blockdev-mirror
        created running return aborting
        BLOCK_JOB_CANCELLED {"device": "j", "len": 1048576, "offset": 1048576, "speed": 65536, "type": "mirror"}
        concluded
        > query-jobs
        return [{"current-progress": 1048576, "status": "concluded", "total-progress": 1048576, "id": "j", "error": "Operation canceled"}]
        > job-dismiss
        null return
        """;

    private readonly Queue<(string Command, string[] Lines)> _steps = new();

    private JobTrace(string text)
    {
        foreach (var step in text.Split("> ", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = step.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            _steps.Enqueue((lines[0], lines[1..]));
        }
    }

    public bool IsFinished => _steps.All(step => step.Command == "query-jobs");

    /// <summary>Makes a server answer with a trace.</summary>
    public static JobTrace Play(string text, FakeQmpServer server)
    {
        var trace = new JobTrace(text);
        server.Answer = command => trace.Answer(command);
        return trace;
    }

    private string Answer(FakeQmpCommand command)
    {
        var (name, lines) = _steps.Dequeue();
        if (name == "query-jobs" && command.Name != name)
        {
            (name, lines) = _steps.Dequeue();
        }

        Assert.Equal(name, command.Name);
        var output = new StringBuilder();
        foreach (var line in lines)
        {
            var value = line.IndexOfAny(['{', '[']);
            var words = (value < 0 ? line : line[..value]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (var word in words)
            {
                output.Append(word == "return" ? command.Return(value < 0 ? "{}" : line[value..])
                    : value < 0 ? Events.Job("j", word)
                    : Events.Named(word, line[value..]));
            }
        }

        return output.ToString();
    }
}
