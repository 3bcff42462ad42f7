using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Rx.Qmp.Isolation;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>
/// One of 16 locks that separate builders, in this process and in others. It is a file lock: a killed holder cannot leave it behind.
/// Beside it there is the turn, a second lock that is held only while one waits for the first: a newcomer can't pass whoever has it.
/// Holding it is also the right to the temporary files of its bucket, so leftovers of a killed builder are swept when it is taken.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private const string TurnEnding = ".next";
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(20);
    private readonly SafeFileHandle _handle;
    private readonly StoreLayout _layout;
    private readonly char _bucket;

    private StoreLock(SafeFileHandle handle, StoreLayout layout, char bucket)
    {
        _handle = handle;
        _layout = layout;
        _bucket = bucket;
    }

    /// <summary>Waits for the lock of a key, a text of hexadecimal digits.</summary>
    public static async Task<StoreLock> TakeAsync(
        StoreLayout layout, string key, string subject, TimeSpan timeout, IScheduler scheduler, CancellationToken ct)
    {
        var bucket = key[0];
        var path = Path.Combine(layout.Locks, bucket.ToString());
        var clock = scheduler.StartStopwatch();
        var deadline = clock.Elapsed.Plus(timeout);

        // Whoever waits has the turn, so that one who has just given the lock back, and looks again at once, is not the first every time.
        var turn = await LockAsync(path + TurnEnding).ConfigureAwait(false);
        try
        {
            var taken = new StoreLock(await LockAsync(path).ConfigureAwait(false), layout, bucket);
            try
            {
                taken.Swept = taken.SweepTemporaries();
                return taken;
            }
            catch
            {
                Release(taken._handle);
                throw;
            }
        }
        finally
        {
            Release(turn);
        }

        async Task<SafeFileHandle> LockAsync(string file)
        {
            var handle = PosixFiles.OpenForLock(file);
            try
            {
                while (!PosixFiles.TryLock(handle, file))
                {
                    ct.ThrowIfCancellationRequested();
                    if (clock.Elapsed >= deadline)
                    {
                        throw new ImageException(ImageError.TimedOut, subject,
                            $"Another process has been busy with the image '{subject}' for {timeout.TotalSeconds:0} s.");
                    }

                    await Observable.Timer(RetryEvery, scheduler).ToTask(ct).ConfigureAwait(false);
                }

                return handle;
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }

    /// <summary>What killed holders had left, and was removed when the lock was taken.</summary>
    public (int Files, long Bytes) Swept { get; private set; }

    /// <summary>A path for a file in the making; it does not exist yet.</summary>
    public string NewTemporaryPath() => Path.Combine(_layout.Temporary, $"{_bucket}-{Guid.NewGuid():N}");

    /// <summary>Gives the lock back and removes whatever was not renamed into place.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed)
        {
            return;
        }

        try
        {
            SweepTemporaries();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next holder sweeps again.
        }
        finally
        {
            Release(_handle);
        }
    }

    private static void Release(SafeFileHandle handle)
    {
        PosixFiles.Unlock(handle);
        handle.Dispose();
    }

    private (int Files, long Bytes) SweepTemporaries()
    {
        var (files, bytes) = (0, 0L);
        foreach (var leftover in Directory.EnumerateFiles(_layout.Temporary, $"{_bucket}-*"))
        {
            bytes += new FileInfo(leftover).Length;
            files++;
            File.Delete(leftover);
        }

        return (files, bytes);
    }
}
